import { requireRight } from '#lib/auth/require-right.ts'

export const load = async (event) => {
  await requireRight(event, 'mayManage', 'Only administrators of the installation can create anchors.')
  return { title: 'New anchor' }
}
