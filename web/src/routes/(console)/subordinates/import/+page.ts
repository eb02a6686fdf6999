import { requireRight } from '#lib/auth/require-right.ts'

export const load = async (event) => {
  await requireRight(event, 'mayOperate', 'Your role cannot register subordinates.')
  return { title: 'Import subordinates' }
}
