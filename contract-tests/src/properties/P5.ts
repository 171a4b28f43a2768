/** P5: what the client puts on the wire. */
import * as Requests from "../operations/Requests.ts"
import * as conforming from "./internal/conforming.ts"
import type { Property } from "./Property.ts"
import { conformance, referenceOf } from "./Subject.ts"

let recorder: Requests.Recorder | undefined

/** Requests. */
export const P5: Property = /*#__PURE__*/ conforming.make({
  id: "P5",
  statement:
    "Every valid input becomes a request that the document allows and that reads back as the input; every other is refused by its place before anything is sent.",
  checks: ["completeness", "precision", "round-trip", "tolerance"],
  held: "Covering and random inputs go through the whole client to a recorder; the request is read back by the document alone. Passed over: refusals, of operations that take nothing.",
  hold: ({ operation, path, runs, seed }, checks) => {
    const requests = Requests.make(referenceOf(operation), conformance().judge)
    return Requests.hold(operation, referenceOf(operation), conformance(), (recorder ??= Requests.recorder()), {
      checks: Requests.takesInput(requests) ? checks : ["completeness", "round-trip"],
      runs,
      seed,
      ...(path === undefined ? {} : { path })
    })
  },
  nothing: "it takes nothing"
})
