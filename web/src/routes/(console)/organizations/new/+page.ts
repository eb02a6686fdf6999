import { requireRight } from '#lib/auth/require-right.ts'

export const load = async (event) => {
  await requireRight(event, 'mayOperate', 'Your role cannot create organizations.')
  return { title: 'Create an organization' }
}
