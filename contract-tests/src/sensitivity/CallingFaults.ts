/** Faults around a call: the transport, capabilities, dry runs. */
import { faultsOf, type Fault } from "./Fault.ts"

const transport = faultsOf("packages/client/src/sending/transport.ts", "packages/client/test/Transport.test.ts")
const sending = faultsOf("packages/client/src/sending/transport.ts", "packages/client/test/SendPolicy.test.ts")
const pipeline = faultsOf("packages/client/src/sending/sender.ts", "packages/client/test/Kalshi.test.ts")

/** Every one of them. */
export const callingFaults: ReadonlyArray<Fault> = [
  sending(
    "takes a host for never reached where one of its addresses refused",
    undefined,
    "errors.every((one) => isNeverSent(one))",
    "errors.some((one) => isNeverSent(one))"
  ),
  transport("follows redirects", undefined, 'redirect: "manual"', 'redirect: "follow"'),
  transport("lets its HTTP client send twice", undefined, "if (++sends > 1) throw secondSendMark", "++sends"),
  transport("reads a body of any size", undefined, "return size > maxBodyBytes ?", "return false ?"),
  transport(
    "says of an answer that broke off that nothing was sent",
    "OrderGroups.get",
    'return { requestSent: neverSent ? "no" : "maybe", code',
    'return { requestSent: "no", code',
    { seenBy: "P7" }
  ),
  transport(
    "believes a length that is too large",
    undefined,
    "if (stated > maxBodyBytes) return readStream(response, 0, maxBodyBytes)",
    ""
  ),
  transport("writes every chunk over the one before", undefined, "    offset += chunk.length\n", ""),
  pipeline("writes through a layer that only reads", undefined, 'if (writes === "refused") {', "if (false) {", {
    seenBy: "packages/client/test/InvalidRequest.test.ts"
  }),
  pipeline(
    "sends what needs a key without one",
    undefined,
    'if (descriptor.auth === "required" && signer === undefined) {',
    "if (false) {",
    { seenBy: "packages/client/test/InvalidRequest.test.ts" }
  ),
  pipeline("sends the writes of a dry run", undefined, 'return writes === "sent"\n', 'return writes !== "refused"\n', {
    seenBy: "packages/client/test/DryRun.test.ts"
  }),
  pipeline("signs anew twice for the same clock", undefined, "if (call.signedAnew || !(", "if (!(", {
    seenBy: "packages/client/test/ClockSkew.test.ts"
  })
]
