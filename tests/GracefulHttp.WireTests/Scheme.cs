namespace GracefulHttp.WireTests;

/// <summary>What carries HTTP/1.1.</summary>
public enum Scheme
{
    Http,
    HttpsTls12,
    HttpsTls13,
}
