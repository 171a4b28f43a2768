/**
 * The parts of a server that speaks the protocol of the feed. They are for programs that serve the feed without a local
 * exchange, such as a relay or a replay of recorded messages.
 *
 * **Details**
 *
 * `listen` and `WebSockets` accept connections. `parseMessage` reads a command of a connection. `execute` applies the
 * command to the subscriptions of the connection, and sends the replies and errors of the exchange. `Audience` finds
 * the subscriptions that receive a message, and `FeedConnection.sendData` numbers and sends it.
 *
 * @module
 */
export { Audience } from "./feed/audience.ts"
export { type Channel, type ChannelName, channels, isChannelName } from "./feed/channels.ts"
export { type FeedCommand, type Parameters, parseMessage, type ParsedMessage } from "./feed/commands.ts"
export { type ConnectionOptions, FeedConnection, Subscription } from "./feed/connection.ts"
export { execute, type Execution } from "./feed/execution.ts"
export { type FeedError, isFeedErrorCode } from "./feed/feedErrors.ts"
export { type Endpoint, feedPath, type Line, type Upgrade } from "./feed/line.ts"
export { failure } from "./rest/errorBody.ts"
export { toWire, type WireRequest, type WireResponse } from "./rest/handler.ts"
export { listen, type ListenOptions } from "./serving/httpServer.ts"
export type { Upgrades } from "./serving/upgrades.ts"
export { WebSockets } from "./serving/webSocket.ts"
