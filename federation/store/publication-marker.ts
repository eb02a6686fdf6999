/** Formats the publication marker. Its beginning says that the last publisher keeps the pages of lists, in this format. */

const WITH_PAGES = 'pages-1:'

export const formatPublicationMarker = (id: string): string => WITH_PAGES + id

/** False for an older publisher, whose changes the pages miss. */
export const hasPages = (marker: string | null): boolean => marker?.startsWith(WITH_PAGES) === true
