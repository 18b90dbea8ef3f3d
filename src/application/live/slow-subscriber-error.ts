/**
 * A subscriber takes events more slowly than they come, and its queue is full. Thrown by the iterator of a subscription;
 * the WebSocket then ends with 1013 and the client resumes from its cursor.
 */
export class SlowSubscriberError extends Error {
  override readonly name = 'SlowSubscriberError';

  constructor() {
    super('This subscriber is too slow. Connect again and go on from the last cursor.');
  }
}
