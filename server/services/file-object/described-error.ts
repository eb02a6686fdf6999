/** A change of what a configuration file describes is made in the file. */
import { ConflictError, type DescribedChange } from '#server/error/operation-error.ts'
import type { ChangedObject } from '#server/services/file-object/changed-object.ts'

/** Nothing was changed. */
export class DescribedError extends ConflictError {
  override readonly described: DescribedChange

  constructor({ resource, ...object }: ChangedObject, file: string) {
    super(sentence(object, resource || 'the installation', file))
    this.described = object
  }
}

const withdrawable: readonly string[] = ['members', 'trustMarkTypes']

function sentence({ section, isRemoved, changed }: DescribedChange, resource: string, file: string): string {
  const names = Object.keys(changed).join(', ')
  if (!isRemoved) return `The file ${file} says this of ${resource}: ${names}. Change it there.`
  const meanwhile = withdrawable.includes(section) ? ' To stop it at once, deactivate it.' : ''
  return `The file ${file} describes ${resource}. Remove it there.${meanwhile}`
}
