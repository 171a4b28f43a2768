/** The sizes of samples, which are larger under `pnpm test:full`. */
import { document } from "./client.ts"

/** Returns the size of a sample: `full` under `pnpm test:full`, otherwise `quick`. */
export const sampleSize = (quick: number, full: number): number => (process.env["TEST_MODE"] === "full" ? full : quick)

const allStatuses = Array.from({ length: 500 }, (_, index) => 100 + index)

const declared = new Set(document.operations.flatMap(({ responses }) => [...responses.keys()]))

/**
 * Returns the statuses for the tests of the operation at `index`: every status that the document declares for any
 * operation, and one of every `quick` other statuses. The index selects these other statuses, so that each status is
 * tested with at least one operation. Under `pnpm test:full`, returns every status.
 */
export const statusesFor = (index: number, quick: number): ReadonlyArray<number> => {
  const step = sampleSize(quick, 1)
  return allStatuses.filter((status) => declared.has(status) || status % step === index % step)
}
