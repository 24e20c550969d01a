import { describe, expect, it } from 'vitest';
import { InputError } from '../errors.ts';
import { comparedNames, namesOf } from './subjects.ts';

const wanted = { on: [], kernel: [], module: [] };

describe('the directors that are asked for', () => {
  it('are the default one when nobody is named, and each once', () => {
    expect(namesOf(wanted)).toEqual(['microvm']);
    expect(namesOf({ ...wanted, on: ['microvm:6.1'], kernel: ['6.1', '7.3'] })).toEqual([
      'microvm:6.1',
      'microvm:7.3',
    ]);
  });

  it('have a name for the kernel that runs already', () => {
    expect(namesOf({ ...wanted, kernel: ['host', '6.1'] })).toEqual(['container', 'microvm:6.1']);
  });

  it('all have the modules that are given', () => {
    const module = ['a/ip_vs.ko', 'tun.ko'];
    expect(namesOf({ ...wanted, module })).toEqual(['microvm:default,a/ip_vs.ko,tun.ko']);
    expect(namesOf({ on: ['microvm'], kernel: ['6.1'], module: ['x.ko'] })).toEqual([
      'microvm:default,x.ko',
      'microvm:6.1,x.ko',
    ]);
    expect(namesOf({ ...wanted, on: ['container-vm:6.1'], module: ['x.ko'] })).toEqual([
      'container-vm:6.1,x.ko',
    ]);
  });

  it('take no module that is not called one', () => {
    for (const name of ['text', 'a,b.ko'])
      expect(() => namesOf({ ...wanted, module: [name] })).toThrow('the name of a module ends in .ko');
  });

  it('cannot be the model when there are modules', () => {
    expect(() => namesOf({ ...wanted, on: ['model'], module: ['x.ko'] })).toThrow(InputError);
  });
});

it('cannot be compared with each other when one of them plays in real time', () => {
  expect(() => comparedNames({ ...wanted, on: ['microvm:6.1'], kernel: ['host'] })).toThrow('in real time');
});

describe('in a comparison modules go', () => {
  it('into all but the first', () => {
    expect(comparedNames({ ...wanted, kernel: ['6.1', '6.12'], module: ['x.ko'] })).toEqual([
      'microvm:6.1',
      'microvm:6.12,x.ko',
    ]);
  });

  it('into a second one of the only kernel', () => {
    expect(comparedNames({ ...wanted, kernel: ['6.1'], module: ['x.ko'] })).toEqual([
      'microvm:6.1',
      'microvm:6.1,x.ko',
    ]);
    expect(comparedNames({ ...wanted, kernel: ['6.1'] })).toHaveLength(1);
  });
});
