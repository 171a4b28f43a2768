/**
 * The exit codes of every command.
 *
 * @module
 */

/** The name of an exit code. The JSON form of an error contains it. */
export type Exit = "done" | "failed" | "usage" | "refused" | "key" | "unknown" | "unavailable" | "interrupted"

/** Stable, because scripts rely on them. */
export const exits: Readonly<Record<Exit, { readonly code: number; readonly meaning: string }>> = {
  done: { code: 0, meaning: "The command did what it was asked to do." },
  failed: { code: 1, meaning: "This program or this machine failed, for example because a file cannot be written." },
  usage: { code: 2, meaning: "The command line or the configuration is wrong. Nothing was changed." },
  refused: { code: 3, meaning: "The exchange refused the request or items of a batch, and did not carry them out." },
  key: { code: 4, meaning: "The key is missing, invalid, or does not permit the request." },
  unknown: {
    code: 5,
    meaning: "The exchange may have carried out the request. Check the state before you send it again."
  },
  unavailable: {
    code: 6,
    meaning: "The exchange or the network failed, or a rate limit was reached. The request was not carried out."
  },
  interrupted: { code: 130, meaning: "Ctrl-C or SIGTERM ended the command, or the user did not confirm the change." }
}
