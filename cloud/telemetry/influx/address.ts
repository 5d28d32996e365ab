/** Where an InfluxDB is and how one speaks to it. */

/**
 * 1.x by database. 2.x by organisation, bucket and token: no 2.x server could be had where this was made, so that its shape alone is tested
 * (unverified); its queries go to the 1.x compatible endpoint, where the database is the bucket.
 */
export type InfluxTarget = { version: 1; url: string; database: string } | { version: 2; url: string; org: string; bucket: string; token: string };

export interface InfluxAddress {
  /** Without credentials: it may be shown. */
  url: string;
  host: string;
  port: number;
  protocol: 'http' | 'https';
  /** Sent with each request. */
  headers: Record<string, string>;
  /** Of the write endpoint, with its query. */
  writePath: string;
  /** What InfluxQL calls it. */
  database: string;
}

export function addressOf(target: InfluxTarget): InfluxAddress {
  const url = new URL(target.url);
  const protocol = url.protocol === 'https:' ? 'https' : 'http';
  const at = { url: url.origin, host: url.hostname, port: Number(url.port) || (protocol === 'https' ? 443 : 80), protocol } as const;
  const q = encodeURIComponent;
  if (target.version === 2)
    return {
      ...at,
      headers: { Authorization: `Token ${target.token}` },
      writePath: `/api/v2/write?org=${q(target.org)}&bucket=${q(target.bucket)}&precision=ms`,
      database: target.bucket,
    };
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return {
    ...at,
    headers: url.username === '' ? {} : { Authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
    writePath: `/write?db=${q(target.database)}&precision=ms`,
    database: target.database,
  };
}
