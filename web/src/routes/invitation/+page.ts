export const load = async ({ parent }) => {
  const { viewer } = await parent()
  return { title: 'Accept an invitation', viewer }
}
