/** The current time, updated every half minute for relative times. */
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
