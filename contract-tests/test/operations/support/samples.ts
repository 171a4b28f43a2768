/** The sizes of samples: larger under `pnpm test:full`. */
import { document } from "./client.ts"

/** The size of a sample: `full` under `pnpm test:full`, else `quick`. */
export const sampleSize = (quick: number, full: number): number => (process.env["TEST_MODE"] === "full" ? full : quick)

const every = Array.from({ length: 500 }, (_, index) => 100 + index)

const declared = new Set(document.operations.flatMap(({ responses }) => [...responses.keys()]))

/**
 * The statuses to try with the operation at an index: every status that the document declares for any operation, and one
 * in `quick` of the others, so that each status is tried with some operations. Under `pnpm test:full`: every status.
 */
export const statusesFor = (index: number, quick: number): ReadonlyArray<number> => {
  const step = sampleSize(quick, 1)
  return every.filter((status) => declared.has(status) || status % step === index % step)
}
