/** What must not stand in a report. */

/** Takes secrets out of a text. */
export type Redactions = (text: string) => string

/** Takes these texts out, wherever they stand. */
export const make =
  (secrets: Readonly<Record<string, string>>): Redactions =>
  (text) =>
    Object.entries(secrets).reduce(
      (kept, [name, secret]) => (secret === "" ? kept : kept.replaceAll(secret, `<${name}>`)),
      text
    )
