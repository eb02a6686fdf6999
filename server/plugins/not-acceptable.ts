/** Says which media types an operation has, when the Accept header names none of them. */
import type { Plugin } from 'graphql-yoga'
import { requestError } from '#server/error/request-error.ts'

/** Yoga answers 406 without a body. */
export const explainNotAcceptable: Plugin = {
  onResponse({ response, setResponse, fetchAPI }) {
    if (response.status !== 406) return
    const types = response.headers.get('accept')
    const message = `The Accept header names no type of this answer. Send Accept: ${types}.`
    const errors = [requestError('NOT_ACCEPTABLE', message)]
    setResponse(fetchAPI.Response.json({ errors }, { status: 406, headers: response.headers }))
  },
}
