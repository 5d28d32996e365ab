import { fatal } from '../devices/errors.ts';

/** Why a port cannot be had, as the sentence that ends the start: the setting, its value, what is allowed. */
export function cannotListen(what: string, portSetting: string, host: string, port: number, error: NodeJS.ErrnoException) {
  const sentence =
    error.code === 'EADDRINUSE'
      ? `${portSetting} is ${port}, which another process uses on ${host}; allowed is a free port, or 0 for any.`
      : error.code === 'EACCES'
        ? `${portSetting} is ${port}, which this user may not listen on; allowed is a port from 1024, or 0 for any free one.`
        : error.code === 'ENOTFOUND' || error.code === 'EADDRNOTAVAIL' || error.code === 'EAI_AGAIN'
          ? `GW_HOST is "${host}", which is no address of this machine; allowed is one of its own, such as 127.0.0.1 or 0.0.0.0.`
          : `${what} cannot listen on ${host}:${port} (GW_HOST, ${portSetting}): ${error.message}.`;
  return fatal('port', sentence, error);
}
