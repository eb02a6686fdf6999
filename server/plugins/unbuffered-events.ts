/** Asks proxies to pass each server-sent event on at once: nginx otherwise collects them. */
import type { Plugin } from 'graphql-yoga'

export const unbufferedEvents: Plugin = {
  onResponse({ response }) {
    if (response.headers.get('content-type')?.startsWith('text/event-stream'))
      response.headers.set('x-accel-buffering', 'no')
  },
}
