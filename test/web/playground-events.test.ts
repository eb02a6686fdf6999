/** Tests how server-sent events are read from a stream that comes in any pieces. */
import { expect, test } from 'vitest'
import { readEvents } from '#lib/playground/events.ts'

const sent =
  ':\n\nevent: next\ndata: {"a":"ü😀"}\n\n:\n\nevent: next\ndata:{"b":\ndata: 2}\n\nevent: complete\ndata:\n\n'
const bytes = new TextEncoder().encode(sent)

const streamOf = (pieces: Uint8Array[]) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece)
      controller.close()
    },
  })

async function read(pieces: Uint8Array[]): Promise<unknown[]> {
  const found: unknown[] = []
  for await (const text of readEvents(streamOf(pieces))) found.push(JSON.parse(text))
  return found
}

test('reads the same events wherever the stream is cut', async () => {
  for (let cut = 0; cut <= bytes.length; cut++) {
    expect(await read([bytes.slice(0, cut), bytes.slice(cut)])).toEqual([{ a: 'ü😀' }, { b: 2 }])
  }
})

test('an event without its end is not delivered', async () => {
  expect(await read([bytes.slice(0, -40)])).toEqual([{ a: 'ü😀' }])
})

test('closes the stream when the reader leaves', async () => {
  const closed = Promise.withResolvers<void>()
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(bytes),
    cancel: () => closed.resolve(),
  })
  for await (const event of readEvents(body)) {
    expect(JSON.parse(event)).toEqual({ a: 'ü😀' })
    break
  }
  await closed.promise
})
