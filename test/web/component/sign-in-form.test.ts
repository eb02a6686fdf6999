// @vitest-environment happy-dom
/** The sign-in: what was wrong with one input is not said of the next one. */
import { fireEvent, render, screen, waitFor } from '@testing-library/svelte'
import { expect, test, vi } from 'vitest'
import SignInForm from '#lib/components/form/SignInForm.svelte'
import { PATIENCE_MS, patience } from '#test/helpers/patience.ts'

/** The server, at the edge of the console; better-auth keeps the `fetch` that is there when it is imported. */
vi.hoisted(() => {
  const answers: Readonly<Record<string, readonly [status: number, body: object]>> = {
    'sign-in/username': [200, { twoFactorRedirect: true }],
    'two-factor/verify-totp': [401, { code: 'INVALID_CODE', message: 'Invalid code' }],
  }
  globalThis.fetch = async (input) => {
    const url = input instanceof Request ? input.url : String(input)
    const [, answer] = Object.entries(answers).find(([path]) => url.endsWith(path)) ?? []
    const [status, body] = answer ?? [404, {}]
    return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })
  }
})

const field = (label: string) => screen.findByLabelText<HTMLInputElement>(label, {}, patience)
const says = (text: RegExp) => screen.findByText(text, {}, patience)
const send = (input: HTMLInputElement) => fireEvent.submit(input.form as HTMLFormElement) // it stands in one

test(
  'forgets a wrong code when the user starts again, or types another one',
  async () => {
    render(SignInForm, { onsignedin: async () => {} })
    await fireEvent.input(await field('Username'), { target: { value: 'ann' } })
    await fireEvent.input(await field('Password'), { target: { value: 'a password' } })
    await send(await field('Password'))
    const code = await field('Code')
    await fireEvent.input(code, { target: { value: '000000' } })
    await send(code)
    await says(/Wrong code/)
    await fireEvent.input(code, { target: { value: '11' } })
    await waitFor(() => expect(screen.queryByText(/Wrong code/)).toBeNull(), patience)

    await fireEvent.input(code, { target: { value: '111111' } })
    await send(code)
    await says(/Wrong code/)
    await fireEvent.click(screen.getByRole('button', { name: 'Start again' }))
    await field('Password')
    expect(screen.queryByText(/Wrong code/)).toBeNull()
  },
  PATIENCE_MS,
)
