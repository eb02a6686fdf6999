/** The paths that pages of this worker's browser were at. */
const visited = new Set<string>()

export const noteVisit = (url: string): void => void (URL.canParse(url) && visited.add(new URL(url).pathname))

/** Those since the last call. */
export function takeVisited(): string[] {
  const taken = [...visited]
  visited.clear()
  return taken
}
