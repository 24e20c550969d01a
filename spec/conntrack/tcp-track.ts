import type { TcpPeer, TcpTrack } from './types.ts';

/** A side of which nothing was seen yet: all zeroes, as the kernel's memset leaves it. */
export function newPeer(): TcpPeer {
  return {
    end: 0,
    maxend: 0,
    maxwin: 0,
    maxack: 0,
    scale: 0,
    windowScale: false,
    sackPerm: false,
    closeInit: false,
    beLiberal: false,
    dataUnacknowledged: false,
    maxackSet: false,
  };
}

export function newTcpTrack(): TcpTrack {
  return {
    state: 'NONE',
    seen: [newPeer(), newPeer()],
    lastIndex: 'none',
    lastDir: 0,
    lastSeq: 0,
    lastAck: 0,
    lastEnd: 0,
    lastWin: 0,
    lastScale: 0,
    lastWindowScale: false,
    lastSackPerm: false,
    expectChallengeAck: false,
    simultaneousOpen: false,
    retrans: 0,
  };
}
