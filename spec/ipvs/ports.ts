/** FTP's ports (include/net/ip_vs.h): control connections go to the first, the server's data comes from the second. */
export const FTPPORT = 21;
export const FTPDATA = 20;
