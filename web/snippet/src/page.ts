const SECRET_NAME = /token|password|secret/i;
const EMAIL = /\S@\S+\.\S/;

/** The page, in the words of Segment's context. */
export interface Page {
  readonly path: string;
  readonly referrer: string;
  readonly search: string;
  readonly title: string;
  readonly url: string;
}

export function currentPage(): Page {
  const url = cleanAddress(location.href);
  const { pathname: path, search } = new URL(url);
  return { path, referrer: cleanAddress(document.referrer), search, title: document.title, url };
}

/**
 * An address without what must not travel: fragment (sign-in puts tokens there), user and password,
 * and parameters that carry a secret or an e-mail address.
 */
function cleanAddress(address: string): string {
  const url = parse(address);
  if (!url) return "";
  url.hash = url.username = url.password = "";
  for (const [name, value] of [...url.searchParams]) {
    if (SECRET_NAME.test(name) || EMAIL.test(value)) url.searchParams.delete(name);
  }
  return url.href;
}

function parse(address: string): URL | undefined {
  try {
    return new URL(address);
  } catch {
    return undefined;
  }
}
