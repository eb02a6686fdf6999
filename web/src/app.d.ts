import '@sveltejs/kit'

declare global {
  namespace App {
    /** Every page's load returns the title that the document and the top bar show. */
    interface PageData {
      title?: string
    }
    interface Error {
      /** The server's name for the failing request, to be found in its log. */
      requestId?: string
    }
  }
}
