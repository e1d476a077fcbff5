/** Registers every lowering. One line a file; a new op adds its line here. */
import './infoNce';
import './attention';
import './relativeBias';
import './beam';
import './decodeAttention';
import './crossEntropy';
import './dropout';
import './elementwise';
import './embedding';
import './gruCell';
import './linearCrossEntropy';
import './matmul';
import './move';
import './norm';
import './quantize';
import './reduce';
import './topK';
