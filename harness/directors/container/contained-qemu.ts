import { PassThrough } from 'node:stream';
import type { StartQemu } from '../microvm/qemu.ts';
import { QEMU_FD } from '../microvm/qemu-command.ts';
import { Container } from './container.ts';
import type { Engine } from './engine.ts';
import { Pieces } from './pieces.ts';
import { emulatorContainer } from './settings.ts';

/** Where the relay is in the image of an emulator. */
export const RELAY = '/relay';

/** QEMU in a container of the image, behind the relay. It ends when nobody holds the container's input any more. */
export function containedQemu(engine: Engine, image: () => Promise<string>): StartQemu {
  return (program, qemuArguments) => {
    const argv = [RELAY, program, ...qemuArguments];
    const container = image().then((name) => Container.start(engine, emulatorContainer(name, argv)));
    const pieces = new Pieces(container.then(({ stream }) => stream));
    const complaints = new PassThrough();
    container.then(
      ({ errors }) => errors.pipe(complaints),
      (error: Error) => complaints.end(error.message),
    );
    return {
      pid: undefined,
      agent: pieces.channel(QEMU_FD.agent),
      monitor: pieces.channel(QEMU_FD.monitor),
      console: pieces.channel(QEMU_FD.console),
      complaints,
      exited: container.then(
        ({ ended }) => ended,
        (error: Error) => error.message,
      ),
      kill: () => void container.then((each) => each.close()).catch(() => {}),
    };
  };
}
