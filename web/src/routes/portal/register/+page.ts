export const load = () => ({ title: 'Register an entity' })
