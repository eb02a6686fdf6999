export interface SubordinateSearch {
  q: string
  type: string
  state: string
  sort: string
  after: string
  before: string
}
