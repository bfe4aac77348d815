// XML text. Characters that XML 1.0 forbids even as references become their escapes, as on a terminal.

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what XML forbids
const FORBIDDEN = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]|[\ud800-\udfff]/gu;
const NAMED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escapeXml(text: string): string {
  return text
    .replace(FORBIDDEN, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`)
    .replace(/[&<>"]/g, (character) => NAMED[character]!);
}

/** ` name="value"`, on one line. */
export function attribute(name: string, value: string | number): string {
  return ` ${name}="${escapeXml(String(value)).replace(/\s+/g, ' ').trim()}"`;
}

export function element(name: string, attributes: string, content = ''): string {
  return content === '' ? `<${name}${attributes}/>` : `<${name}${attributes}>${escapeXml(content)}</${name}>`;
}
