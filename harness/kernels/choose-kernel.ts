import { InputError, MachineError } from '../errors.ts';
import type { Progress } from '../system/progress.ts';
import type { Apt, AptPackage } from './apt.ts';
import { compareVersions } from './debian-version.ts';
import { defaultMetapackages, flavours, imagePackage } from './kernel-packages.ts';

const allowed =
  'a series (6.12), a release (6.1.0-56 or 6.1.0-56-cloud-amd64) or deb:PACKAGE; without one, the default kernel';

const seriesOf = (release: string): string => release.split('.').slice(0, 2).join('.');

/** Follows metapackages down to the package that names a release. */
async function imageBehind(name: string, apt: Apt): Promise<AptPackage | undefined> {
  const [found] = await apt.candidates([name]);
  if (found === undefined || imagePackage.test(name)) return found;
  const next = found.depends.find((depend) => depend.startsWith('linux-image-'));
  return next === undefined ? undefined : imageBehind(next, apt);
}

async function defaultImage(apt: Apt): Promise<AptPackage | undefined> {
  for (const name of defaultMetapackages) {
    const image = await imageBehind(name, apt);
    if (image !== undefined) return image;
  }
  return undefined;
}

/** Releases whose image package apt can install, of the best flavour it has. */
async function releases(apt: Apt): Promise<string[]> {
  const names = await apt.names('linux-image-');
  const all = names.flatMap((name) => imagePackage.exec(name)?.groups?.release ?? []);
  const flavour = flavours.find((suffix) => all.some((release) => release.endsWith(suffix)));
  return all.filter((release) => flavour !== undefined && release.endsWith(flavour)).sort(compareVersions);
}

async function newestOfSeries(series: string, apt: Apt): Promise<AptPackage | undefined> {
  const ofSeries = (await releases(apt)).filter((release) => seriesOf(release) === series);
  const packages = await apt.candidates(ofSeries.map((release) => `linux-image-${release}`));
  return packages.sort((a, b) => compareVersions(a.version, b.version)).at(-1);
}

/** The image package of an exact release; the flavour and Debian's "+deb12" may be left out. */
async function exactRelease(wanted: string, apt: Apt): Promise<AptPackage | undefined> {
  const spellings = (release: string): string[] => [release, release.replace(/\+deb\d+/, '')];
  const meant = new Set([wanted, ...flavours.map((flavour) => `${wanted}${flavour}`)]);
  const found = (await releases(apt)).findLast((release) =>
    spellings(release).some((spelling) => meant.has(spelling)),
  );
  return (await apt.candidates([`linux-image-${found ?? wanted}`])).at(0);
}

/** The four ways to name a kernel, by shape. */
async function search(spec: string | undefined, apt: Apt): Promise<AptPackage | undefined> {
  if (spec === undefined) return defaultImage(apt);
  if (spec.startsWith('deb:')) return imageBehind(spec.slice('deb:'.length), apt);
  if (/^\d+\.\d+$/.test(spec)) return newestOfSeries(spec, apt);
  return exactRelease(spec.replace(/^linux-image-/, ''), apt);
}

/** A spec that no package could ever be called is the user's mistake, whatever apt knows. */
function checkShape(spec: string): void {
  const shape = /^(?:deb:[a-z0-9][a-z0-9.+-]+|(?:linux-image-)?\d+\.\d+[a-zA-Z0-9.+~-]*)$/;
  if (!shape.test(spec)) throw new InputError(`kernel "${spec}" is not understood; allowed: ${allowed}`);
}

/** Nothing on offer at all is the machine's fault, one kernel that is not is the user's. */
async function notOffered(spec: string | undefined, apt: Apt, updating: string | undefined): Promise<Error> {
  const offered = await releases(apt);
  if (spec === undefined || offered.length === 0) {
    const why = updating === undefined ? '' : ` (updating its lists: ${updating})`;
    const tried = defaultMetapackages.join(', ');
    return new MachineError(
      `apt on this machine offers no kernel${why}; looked for ${tried}; check the network and apt's sources`,
    );
  }
  const newest = new Map(offered.map((release) => [seriesOf(release), release]));
  const list = [...newest].map(([series, release]) => `${series} (newest ${release})`).join(', ');
  return new InputError(
    `kernel "${spec}" is not offered by apt on this machine; it offers ${list}; allowed: ${allowed}`,
  );
}

/**
 * The image package a user means. `undefined` is what the distribution itself would install, which is
 * not the highest number on offer. Lists are updated once when apt knows nothing that fits.
 */
export async function chooseKernel(
  spec: string | undefined,
  apt: Apt,
  progress: Progress,
): Promise<AptPackage> {
  if (spec !== undefined) checkShape(spec);
  const found = await search(spec, apt);
  if (found !== undefined) return found;
  const updating = await apt.update(progress);
  const again = await search(spec, apt);
  if (again === undefined) throw await notOffered(spec, apt, updating);
  return again;
}
