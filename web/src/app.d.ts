import '@sveltejs/kit'

declare global {
  namespace App {
    /** The title of the document and of the top bar; each page's load returns it. */
    interface PageData {
      title?: string
    }
    interface Error {
      /** The id of the failing request, which the server's log contains. */
      requestId?: string
    }
  }
}
