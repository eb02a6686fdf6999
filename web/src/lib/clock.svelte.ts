/** The present, to the half minute: relative times stay true while a page is open. */
import { createSubscriber } from 'svelte/reactivity'

const subscribe = createSubscriber((update) => {
  const timer = setInterval(update, 30_000)
  return () => clearInterval(timer)
})

export const clock = {
  get now(): Date {
    subscribe()
    return new Date()
  },
}
