/** Whether a text is one line, not empty, with at most `maximum` characters. */
export function isLine(text: string, maximum: number): boolean {
  return text !== '' && text.length <= maximum && !/\p{Cc}/u.test(text)
}
