/** Says which media types an operation has, when the Accept header names none of them. */
import type { Plugin } from 'graphql-yoga'

/** Yoga answers 406 without a body. */
export const explainNotAcceptable: Plugin = {
  onResponse({ response, setResponse, fetchAPI }) {
    if (response.status !== 406) return
    const types = response.headers.get('accept')
    const message = `The Accept header names no type of this answer. Send Accept: ${types}.`
    const errors = [{ message, extensions: { code: 'NOT_ACCEPTABLE' } }]
    setResponse(fetchAPI.Response.json({ errors }, { status: 406, headers: response.headers }))
  },
}
