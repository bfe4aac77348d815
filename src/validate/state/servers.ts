// The servers that connections go to, by address and port; the ports of one host may all be one server's.

import type { JudgeLimits } from '../limits.js';
import { Broker } from './broker.js';

export class Servers {
  private readonly brokers = new Map<string, Broker>();
  /** By host. */
  private readonly hosts = new Map<string, Set<Broker>>();

  constructor(private readonly limits: JudgeLimits) {}

  /** What is known of "10.0.0.1:1883"; of too many servers, the first is forgotten. */
  at(server: string): Broker {
    let broker = this.brokers.get(server);
    if (broker === undefined) {
      broker = new Broker(this.limits);
      this.brokers.set(server, broker);
      const host = hostOf(server);
      const siblings = this.hosts.get(host) ?? new Set();
      this.hosts.set(host, siblings);
      broker.joins(siblings);
      const first = this.brokers.keys().next().value;
      if (this.brokers.size > this.limits.servers && first !== undefined) this.forget(first);
    }
    return broker;
  }

  private forget(server: string): void {
    const siblings = this.hosts.get(hostOf(server));
    siblings?.delete(this.brokers.get(server)!);
    if (siblings?.size === 0) this.hosts.delete(hostOf(server));
    this.brokers.delete(server);
  }
}

/** "[::1]" of "[::1]:1883" */
function hostOf(server: string): string {
  return server.slice(0, server.lastIndexOf(':'));
}
