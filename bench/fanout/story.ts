/** What everybody subscribes to: an alert with what a board shows of its ticket. */
export const QUERY = `subscription ($after: String) { slaAlerts(after: $after) {
  id cursor kind action tier escalationLevel dueAt occurredAt detectedAt
  ticket { id number reference title status priority tags assignee { id name } client { id name } } } }`;

/** Milliseconds by the one clock that all processes of this machine share. */
export function monotonic(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
