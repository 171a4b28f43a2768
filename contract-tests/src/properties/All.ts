/** Every property of the suite, in the order in which it is shown. */
import { P10 } from "./P10.ts"
import { P12 } from "./P12.ts"
import { P4 } from "./P4.ts"
import { P5 } from "./P5.ts"
import { P9 } from "./P9.ts"
import type { Property } from "./Property.ts"
import { P1, P2, P3 } from "./Responses.ts"

/** Every property. */
export const all: ReadonlyArray<Property> = [P1, P2, P3, P4, P5, P9, P10, P12]
