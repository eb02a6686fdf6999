import type { ClientInit } from '@sveltejs/kit/hooks'
import { loadDocument } from '#lib/anchor/document.ts'
import { movedTo } from '#lib/moved.ts'

export const init: ClientInit = async () => {
  const address = movedTo(location)
  if (address) await loadDocument(address)
}
