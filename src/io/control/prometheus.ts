// The text format of Prometheus, version 0.0.4.

import type { Metric, Sample } from './proxy-control.js';

export const PROMETHEUS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

const PREFIX = 'mqtt_dissect_proxy_';

export function prometheusText(metrics: readonly Metric[]): string {
  return metrics.map(familyText).join('');
}

function familyText({ name, help, type, value }: Metric): string {
  const full = PREFIX + name;
  const samples = typeof value === 'number' ? [{ labels: {}, value }] : value;
  const lines = samples.map((sample) => `${full}${labelsText(sample.labels)} ${numberText(sample.value)}\n`);
  return `# HELP ${full} ${escaped(help)}\n# TYPE ${full} ${type}\n${lines.join('')}`;
}

function labelsText(labels: Sample['labels']): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value).replaceAll('"', '\\"')}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

/** As Go reads numbers. */
function numberText(value: number): string {
  return Number.isFinite(value) || Number.isNaN(value) ? `${value}` : value > 0 ? '+Inf' : '-Inf';
}

/** The same for JSON: by name, a number, or a list where labels tell samples apart. */
export function metricsObject(metrics: readonly Metric[]): Readonly<Record<string, Metric['value']>> {
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
}
