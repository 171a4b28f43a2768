/** Every fault. */
import { callingFaults } from "./CallingFaults.ts"
import { decodingFaults } from "./DecodingFaults.ts"
import { encodingFaults } from "./EncodingFaults.ts"
import type { Fault } from "./Fault.ts"
import { limitFaults } from "./LimitFaults.ts"
import { moneyFaults } from "./MoneyFaults.ts"
import { pagingFaults } from "./PagingFaults.ts"
import { placingFaults } from "./PlacingFaults.ts"
import { sendingFaults } from "./SendingFaults.ts"
import { signingFaults } from "./SigningFaults.ts"
import { suiteFaults } from "./SuiteFaults.ts"

/** Every fault. */
export const faults: ReadonlyArray<Fault> = [
  ...decodingFaults,
  ...encodingFaults,
  ...callingFaults,
  ...signingFaults,
  ...sendingFaults,
  ...limitFaults,
  ...pagingFaults,
  ...placingFaults,
  ...moneyFaults,
  ...suiteFaults
]
