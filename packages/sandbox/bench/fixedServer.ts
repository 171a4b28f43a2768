/** Answers every request with one small body, as fast as Node can, in a process of its own. */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

const body = JSON.stringify({ is_auto_cancel_enabled: false, orders: ["a", "b"], contracts_limit_fp: "10.00" })
const headers = { "content-type": "application/json", "content-length": String(Buffer.byteLength(body)) }

const server = createServer((request, response) => {
  request.resume()
  response.writeHead(200, headers)
  response.end(body)
})
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo // a TCP server has no other kind of address
  process.send?.(port)
})
process.on("disconnect", () => process.exit())
