using System.Runtime.InteropServices;

namespace GracefulHttp.TestKit.Wire;

/// <summary>One instruction of a classic BPF program: <c>struct sock_filter</c> of <c>linux/filter.h</c>.</summary>
/// <param name="Code">Class, size and mode, or class and operation, of <c>linux/bpf_common.h</c>.</param>
/// <param name="IfTrue">How many instructions a jump skips where its condition holds.</param>
/// <param name="IfFalse">How many it skips where not.</param>
/// <param name="Operand">What the field's manuals call <c>k</c>.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct SegmentInstruction(ushort Code, byte IfTrue, byte IfFalse, uint Operand);
