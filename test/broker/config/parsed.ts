// mosquitto.conf for tests: text in, configuration or remarks out. Files of include_dir come from an object.

import type { BrokerConfiguration } from '../../../src/broker/config/configuration.js';
import { type ParsedConfiguration, parseConfiguration } from '../../../src/broker/config/parse.js';
import { renderRemark } from '../../../src/broker/config/remark.js';

type Folders = Readonly<Record<string, Readonly<Record<string, string>>>>;

export function parsed(text: string, folders: Folders = {}): ParsedConfiguration {
  return parseConfiguration(
    { name: 'm.conf', text },
    {
      hostName: 'host',
      include: (directory) => {
        const folder = folders[directory];
        if (folder === undefined) return { files: [], failures: [`${directory}: no such directory`] };
        const files = Object.entries(folder).map(([name, content]) => ({
          name: `${directory}/${name}`,
          text: content,
        }));
        return { files, failures: [] };
      },
    },
  );
}

/** What is told, a line each. */
export function remarksOf(text: string, folders?: Folders): string[] {
  return parsed(text, folders).remarks.map(renderRemark);
}

export function errorsOf(text: string, folders?: Folders): string[] {
  return parsed(text, folders)
    .remarks.filter(({ level }) => level === 'error')
    .map(renderRemark);
}

/** Of a text without errors. */
export function configurationOf(text: string, folders?: Folders): BrokerConfiguration {
  const { configuration, remarks } = parsed(text, folders);
  if (configuration === undefined) throw new Error(remarks.map(renderRemark).join('\n'));
  return configuration;
}
