/**
 * Removes secrets from reports.
 *
 * @module
 */

/** Replaces the secrets in a text by their names. */
export type Redactions = (text: string) => string

export const make =
  (secrets: Readonly<Record<string, string>>): Redactions =>
  (text) =>
    Object.entries(secrets).reduce(
      (kept, [name, secret]) => (secret === "" ? kept : kept.replaceAll(secret, `<${name}>`)),
      text
    )
