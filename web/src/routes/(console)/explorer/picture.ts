/** Exports a part of the page as a PNG file. */
import { toPng } from 'html-to-image'

/** Twice the size on screen, for use in documents. */
const PIXEL_RATIO = 2

export async function savePicture(part: HTMLElement, fileName: string): Promise<void> {
  const backgroundColor = getComputedStyle(part).getPropertyValue('--color-base-100')
  const url = await toPng(part, { backgroundColor, pixelRatio: PIXEL_RATIO })
  const link = document.createElement('a')
  link.download = fileName
  link.href = url
  link.click()
}
