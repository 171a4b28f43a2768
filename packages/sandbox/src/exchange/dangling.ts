/**
 * References of a snapshot to entities that it does not contain.
 *
 * @module
 */

/** A snapshot refers to an entity that it does not contain. */
export class DanglingReference extends Error {}

/** The entity that a snapshot refers to. */
export const found = <A>(value: A | undefined, what: string): A => {
  if (value === undefined) {
    throw new DanglingReference(`the snapshot refers to ${what}, which it does not contain`)
  }
  return value
}
