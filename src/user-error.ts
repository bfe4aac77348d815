// The one error for wrong use or a wrong environment: an unreadable file, a bad option, bytes that are no capture.
// The command line prints its message as one line and exits 2. Wrong bytes inside a capture are never errors but
// problems, notes and events; any other exception is a bug and propagates.

export type UserErrorCode = 'file' | 'not-a-capture' | 'option' | 'hex' | 'environment';

export class UserError extends Error {
  readonly code: UserErrorCode;
  constructor(code: UserErrorCode, message: string) {
    super(message);
    this.name = 'UserError';
    this.code = code;
  }
}
