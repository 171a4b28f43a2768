/**
 * Mutants that no test can kill, by file and by the changed line, each with its reason.
 *
 * @module
 */
export const equivalents: Readonly<Record<string, Readonly<Record<string, string>>>> = {}
