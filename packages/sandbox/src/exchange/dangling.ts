/**
 * The error for a snapshot that refers to an entity which it does not contain.
 *
 * @module
 */

export class DanglingReference extends Error {}

export const found = <A>(value: A | undefined, what: string): A => {
  if (value === undefined) {
    throw new DanglingReference(`the snapshot refers to ${what}, which it does not contain`)
  }
  return value
}
