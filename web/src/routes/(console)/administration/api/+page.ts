export const load = () => ({ title: 'API' })
