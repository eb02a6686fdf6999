/** The roots that are null beside an error, because they fail apart from the rest of a document. */
type Apart = 'alerts' | 'collectionEntities' | 'serverStatus' | 'signingKeys'

/** The data of a document without an error. */
export type Whole<Data> = { [Root in keyof Data]: Root extends Apart ? NonNullable<Data[Root]> : Data[Root] }
