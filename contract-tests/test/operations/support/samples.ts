/** The sizes of samples, which are larger under `pnpm test:full`. */
import { document } from "./client.ts"

export const sampleSize = (quick: number, full: number): number => (process.env["TEST_MODE"] === "full" ? full : quick)

const allStatuses = Array.from({ length: 500 }, (_, index) => 100 + index)

const declared = new Set(document.operations.flatMap(({ responses }) => [...responses.keys()]))

/**
 * Returns the declared statuses of all operations, and a part of the other statuses. `index` selects this part, so that
 * the tests of all operations together cover each status. Under `pnpm test:full`, returns all statuses.
 */
export const statusesFor = (index: number, quick: number): ReadonlyArray<number> => {
  const step = sampleSize(quick, 1)
  return allStatuses.filter((status) => declared.has(status) || status % step === index % step)
}
