/** Removes secrets from reports. */

/** Removes secrets from a text. */
export type Redactions = (text: string) => string

/** Removes these texts wherever they occur. */
export const make =
  (secrets: Readonly<Record<string, string>>): Redactions =>
  (text) =>
    Object.entries(secrets).reduce(
      (kept, [name, secret]) => (secret === "" ? kept : kept.replaceAll(secret, `<${name}>`)),
      text
    )
